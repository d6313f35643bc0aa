// Calls a registration socket with gRPC for Go, as the kubelet's plugin watcher does: dials the bare path of the socket and waits for the
// connection, asks GetInfo and tells NotifyRegistrationStatus on it, and closes it.
//
// usage: kubelet SOCKET ROUNDS [AUTHORITY]
//
// Prints the answer to each GetInfo of the last round in hexadecimal.
package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"net"
	"os"
	"strconv"
	"time"

	"google.golang.org/grpc"
)

const (
	getInfo = "/pluginregistration.Registration/GetInfo"
	notify  = "/pluginregistration.Registration/NotifyRegistrationStatus"
)

// registered is a RegistrationStatus that says so.
var registered = []byte{0x08, 0x01}

// octets are messages that are written already.
type octets struct{}

func (octets) Marshal(message interface{}) ([]byte, error) { return message.([]byte), nil }

func (octets) Unmarshal(data []byte, message interface{}) error {
	*message.(*[]byte) = append([]byte(nil), data...)
	return nil
}

func (octets) Name() string { return "proto" }

func round(socket string, options []grpc.DialOption) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	connection, err := grpc.DialContext(ctx, socket, options...)
	if err != nil {
		return nil, fmt.Errorf("dialling: %w", err)
	}
	defer connection.Close()
	var info, nothing []byte
	if err := connection.Invoke(ctx, getInfo, []byte{}, &info); err != nil {
		return nil, fmt.Errorf("GetInfo: %w", err)
	}
	if err := connection.Invoke(ctx, notify, registered, &nothing); err != nil {
		return nil, fmt.Errorf("NotifyRegistrationStatus: %w", err)
	}
	if len(nothing) != 0 {
		return nil, fmt.Errorf("NotifyRegistrationStatus answered % x", nothing)
	}
	return info, nil
}

func main() {
	rounds, err := strconv.Atoi(os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	dial := func(ctx context.Context, address string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", address)
	}
	options := []grpc.DialOption{
		grpc.WithInsecure(), grpc.WithBlock(), grpc.FailOnNonTempDialError(true), grpc.WithContextDialer(dial),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(octets{})),
	}
	if len(os.Args) > 3 {
		options = append(options, grpc.WithAuthority(os.Args[3]))
	}
	var info []byte
	for i := 0; i < rounds; i++ {
		if info, err = round(os.Args[1], options); err != nil {
			fmt.Fprintf(os.Stderr, "round %d: %v\n", i+1, err)
			os.Exit(1)
		}
	}
	fmt.Println(hex.EncodeToString(info))
}
