"""Calls a registration socket the way the kubelet's plugin watcher does, with the C core of gRPC.

usage: kubelet.py SOCKET AUTHORITY CALL [CALL ...]     CALL: info, registered, refused:TEXT

Prints one line for each call: the answer in hexadecimal, or the name of the status and its text.
"""
import sys

import grpc

SERVICE = "/pluginregistration.Registration/"


def request(call):
    if call == "info":
        return "GetInfo", b""
    if call == "registered":
        return "NotifyRegistrationStatus", b"\x08\x01"
    text = call.partition(":")[2].encode()
    return "NotifyRegistrationStatus", b"\x12" + bytes([len(text)]) + text


def main(socket, authority, calls):
    options = [("grpc.default_authority", authority), ("grpc.enable_retries", 0)]
    with grpc.insecure_channel("unix:" + socket, options=options) as channel:
        grpc.channel_ready_future(channel).result(timeout=10)
        for call in calls:
            method, message = request(call)
            try:
                print("answer", channel.unary_unary(SERVICE + method)(message, timeout=10).hex(), flush=True)
            except grpc.RpcError as error:
                print(error.code().name, error.details(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
