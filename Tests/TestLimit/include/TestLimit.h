/* Limits how many tests run at once; linking the target is all. */
