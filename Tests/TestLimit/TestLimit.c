#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "TestLimit.h"

/* Swift Testing 6.3 starts every test at once and reads this variable before the first; later versions run twice as many
   tests as there are cores by themselves. Waiting for a place does not count towards a test's time limit. */
__attribute__((constructor)) static void limit_parallel_tests(void)
{
    char width[24];
    snprintf(width, sizeof width, "%ld", 2 * sysconf(_SC_NPROCESSORS_ONLN));
    setenv("SWT_EXPERIMENTAL_MAXIMUM_PARALLELIZATION_WIDTH", width, 0);
}
