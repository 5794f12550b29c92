"""Compares the interface that a running object describes with the one in a file: what it is, not how it is written."""
import os
import subprocess
import sys
import xml.etree.ElementTree as tree

NAME, PATH = 'org.kortvakt.Kortvakt1', '/org/kortvakt/Kortvakt1'


def shape(document):
    interface = document.find("interface[@name='%s']" % NAME)
    found = {}
    for member in interface:
        parts = [(part.tag, sorted(part.attrib.items())) for part in member]
        if member.tag == 'signal':
            # The direction of a signal's argument can only be one.
            parts = [(tag, [pair for pair in pairs if pair[0] != 'direction']) for tag, pairs in parts]
        found[member.tag, member.get('name')] = (sorted(member.attrib.items()), parts)
    return found


said = subprocess.run(
    ['gdbus', 'introspect', '--system', '--xml', '--dest', NAME, '--object-path', PATH],
    check=True, capture_output=True, text=True).stdout
running, written = shape(tree.fromstring(said)), shape(tree.parse(sys.argv[1]).getroot())
for key in sorted(set(running) | set(written)):
    if running.get(key) != written.get(key):
        print(key, 'running:', running.get(key), 'written:', written.get(key))
        sys.exit(1)
print(len(written), 'members')
