"""An object store of the kind of S3, kept in memory: moto's. `s3.py PORT BUCKET KEY` makes one with this bucket.

What changes something must be signed with this access key; everybody may read.
"""

import sys

from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.test import Client
from werkzeug.wrappers import Response

PORT, BUCKET, KEY = int(sys.argv[1]), sys.argv[2], sys.argv[3]


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log(self, type, message, *args):
        pass


def signed(app):
    """Refuses what others than the owner of the key want to write."""

    def answer(environ, start):
        authorization = environ.get("HTTP_AUTHORIZATION", "")
        if environ["REQUEST_METHOD"] != "GET" and f"Credential={KEY}/" not in authorization:
            return Response("<Error><Code>AccessDenied</Code></Error>", 403)(environ, start)
        return app(environ, start)

    return answer


store = DomainDispatcherApplication(create_backend_app)
Client(store).put(f"/{BUCKET}", base_url=f"http://127.0.0.1:{PORT}").close()
server = make_server("127.0.0.1", PORT, signed(store), threaded=True, request_handler=Quiet)
print("ready", flush=True)
server.serve_forever()
