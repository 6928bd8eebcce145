"""Asks the catalogue over TLS who it takes us for, and how many clusters we see. We show a token, a
client certificate, both or neither: client.py --help says how.

Needs grpcio, and what grpcio-tools makes of the contracts (../README.md) in the PYTHONPATH."""

import argparse
import pathlib
import sys

import grpc

from clusterwire.catalogue.v1 import cluster_pb2, cluster_pb2_grpc, grant_pb2, grant_pb2_grpc


class TokenFile(grpc.AuthMetadataPlugin):
    """Reads the token anew for each call: Kubernetes replaces it every hour."""

    def __init__(self, path):
        self._path = pathlib.Path(path)

    def __call__(self, context, callback):
        try:
            callback((("authorization", f"Bearer {self._path.read_text().strip()}"),), None)
        except OSError as error:
            callback((), error)


def credentials(options):
    """TLS, and the token on top, which is never sent without."""
    def read(path):
        return pathlib.Path(path).read_bytes() if path else None
    made = grpc.ssl_channel_credentials(read(options.ca), read(options.key), read(options.certificate))
    if options.token:
        made = grpc.composite_channel_credentials(
            made, grpc.metadata_call_credentials(TokenFile(options.token)))
    return made


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--address", default="localhost:50051", help="the catalogue's")
    parser.add_argument("--ca", default="ca.crt", help="file with the authority of its certificate")
    parser.add_argument("--token", help="file with a token")
    parser.add_argument("--certificate", help="file with a client certificate")
    parser.add_argument("--key", help="file with its key")
    options = parser.parse_args()
    with grpc.secure_channel(options.address, credentials(options)) as channel:
        try:
            me = grant_pb2_grpc.GrantServiceStub(channel).WhoAmI(grant_pb2.WhoAmIRequest(), timeout=10)
            clusters = cluster_pb2_grpc.ClusterServiceStub(channel).ListClusters(
                cluster_pb2.ListClustersRequest(page_size=1000), timeout=10).clusters
        except grpc.RpcError as error:
            sys.exit(f"{error.code().name}: {error.details()}")
    print(f"{me.subject} sees {len(clusters)} clusters")


if __name__ == "__main__":
    main()
