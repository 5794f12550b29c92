"""A web server on loopback for revocation lists and OCSP, and as many bad ones, by path; also a proxy for any host.

Usage: server.py PKI INDEX RESPONDER, INDEX being the text of what openssl ca keeps. Prints its port. Ends with its standard input.
"""

import base64
import gzip
import http.server
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import zlib

PKI, INDEX, RESPONDER = sys.argv[1:4]
LISTS = {
    "/testsithseidpersonhsaid3cav1.crl": "issuer.crl",
    "/testsithseidrootcav2.crl": "root.crl",
}
# What the proxy wants for everything on this host.
CLOSED, CREDENTIALS = "closed.test", b"kort:h@mlig"
requests = 0


def crl(path="/testsithseidrootcav2.crl"):
    with open(f"{PKI}/trust/crls/{LISTS[path]}", "rb") as file:
        return file.read()


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

    def endless(self, compressor=None, **headers):
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        while True:
            body = bytes(1 << 20)
            self.wfile.write(compressor.compress(body) if compressor else body)

    def chunks(self, parts):
        self.protocol_version = "HTTP/1.1"
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Connection", "close")
        self.end_headers()
        for part in parts:
            self.wfile.write(b"%x\r\n%b\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")

    def do_GET(self):
        global requests
        path = urllib.parse.urlparse(self.path).path
        if urllib.parse.urlparse(self.path).hostname == CLOSED:
            wanted = "Basic " + base64.b64encode(CREDENTIALS).decode()
            if self.headers["Proxy-Authorization"] != wanted:
                return self.send(b"", 407, **{"Proxy-Authenticate": 'Basic realm="proxy"'})
        if path == "/count":
            return self.send(bytes([0x30, 3, 2, 1, requests]))
        requests += 1
        if path in LISTS:
            return self.send(crl(path))
        if path.startswith("/echo/"):
            return self.send(path.encode())
        if path.startswith("/status/"):
            return self.send(b"no", int(path.rsplit("/", 1)[1]))
        if path == "/pem":
            text = base64.encodebytes(crl())
            return self.send(b"-----BEGIN X509 CRL-----\n" + text + b"-----END X509 CRL-----\n")
        if path == "/trailing":
            return self.send(crl() + b"\r\n")
        if path == "/wrong-type":
            return self.send(crl(), **{"Content-Type": "text/html"})
        if path == "/redirect":
            return self.send(b"", 302, Location="/testsithseidrootcav2.crl")
        if path == "/redirect-to-file":
            return self.send(b"", 302, Location="file:///etc/passwd")
        if path == "/redirect-to-https":
            return self.send(b"", 301, Location=f"https://127.0.0.1:{self.server.server_address[1]}/pem")
        if path == "/gzip":
            return self.send(gzip.compress(crl()), **{"Content-Encoding": "gzip"})
        if path == "/broken-gzip":
            return self.send(b"no" + gzip.compress(crl()), **{"Content-Encoding": "gzip"})
        if path == "/bomb":
            return self.endless(zlib.compressobj(wbits=31), **{"Content-Encoding": "gzip"})
        if path == "/chunked":
            return self.chunks([crl()[:1000], crl()[1000:]])
        if path == "/endless-chunks":
            return self.chunks(iter(lambda: bytes(1 << 16), b""))
        if path == "/endless-trailer":
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"0\r\n")
            while True:
                self.wfile.write((b"X-Trailer: " + b"a" * 2000 + b"\r\n") * 100)
        if path == "/large":
            return self.endless()
        if path == "/cut":
            return self.send(bytes(100), length=4100)
        if path == "/empty":
            return
        if path == "/not-http":
            return self.wfile.write(b"Hello\r\n")
        if path == "/drip":
            self.send_response(200)
            self.end_headers()
            while True:
                self.wfile.write(b"\0")
                time.sleep(1)
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
