"""A web server on loopback for revocation lists and OCSP, and as many bad ones, by path; also a proxy for any host.

Usage: server.py PKI INDEX RESPONDER, INDEX being the text of what openssl ca keeps. Prints its port. Ends with its standard input.
"""

import http.server
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

PKI, INDEX, RESPONDER = sys.argv[1:4]
LISTS = {
    "/testsithseidpersonhsaid3cav1.crl": "issuer.crl",
    "/testsithseidrootcav2.crl": "root.crl",
}
requests = 0


def answer(question):
    """What openssl's own responder says."""
    with tempfile.TemporaryDirectory() as folder:
        asked, said = os.path.join(folder, "asked"), os.path.join(folder, "said")
        index = os.path.join(folder, "index")
        with open(asked, "wb") as file:
            file.write(question)
        with open(index, "w") as file:
            file.write(INDEX)
        subprocess.run(
            ["openssl", "ocsp", "-index", index, "-CA", f"{PKI}/certificates/issuer.pem",
             "-rsigner", f"{PKI}/trust/certificates/{RESPONDER}.der", "-rkey", f"{PKI}/trust/keys/responder.key.pem",
             "-ndays", "1", "-reqin", asked, "-respout", said],
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        with open(said, "rb") as file:
            return file.read()


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def send(self, body, status=200, length=None, **headers):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        global requests
        path = urllib.parse.urlparse(self.path).path
        if path == "/count":
            return self.send(bytes([0x30, 3, 2, 1, requests]))
        requests += 1
        if path in LISTS:
            with open(f"{PKI}/trust/crls/{LISTS[path]}", "rb") as file:
                return self.send(file.read())
        if path == "/redirect":
            return self.send(b"", 302, Location="/testsithseidrootcav2.crl")
        if path == "/redirect-to-file":
            return self.send(b"", 302, Location="file:///etc/passwd")
        if path == "/text":
            return self.send(b"<html>Please log in</html>")
        if path == "/cut":
            return self.send(bytes([0x30, 0x82, 0x10, 0x00]) + bytes(100), length=4100)
        if path == "/announced":
            return self.send(bytes([0x30, 0x84, 0x7F, 0xFF, 0xFF, 0xFF]), length=6)
        if path == "/large":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(bytes([0x30, 0x83, 0x20, 0x00, 0x00]))
            while True:
                self.wfile.write(bytes(1 << 16))
        if path == "/drip":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(bytes([0x30, 0x82, 0x10, 0x00]))
            while True:
                self.wfile.write(b"\0")
                time.sleep(0.2)
        if path == "/mute":
            time.sleep(60)
        return self.send(b"no", 404)

    def do_POST(self):
        global requests
        requests += 1
        if RESPONDER == "mute":
            time.sleep(60)
        self.send(answer(self.rfile.read(int(self.headers["Content-Length"]))))


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass


server = Server(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.stdin.read()
