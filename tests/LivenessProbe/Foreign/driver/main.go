// A CSI driver's Identity service on gRPC for Go, which nearly every driver is built on: for what a server of that make does to a client.
//
// usage: driver SOCKET [-hang] [-wrap] [-age DURATION]
//
//	-hang   Probe answers only when its caller's time is over, with the error of its context
//	-wrap   that error comes as an Internal one
//	-age    connections are ended in order when they are so old
//
// SIGTERM lets it stop in order.
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"
)

const name = "go.example.com"

// octets are messages that are written already.
type octets struct{}

func (octets) Marshal(message interface{}) ([]byte, error) { return message.([]byte), nil }

func (octets) Unmarshal(data []byte, message interface{}) error { return nil }

func (octets) String() string { return "proto" }

type answer func(ctx context.Context) ([]byte, error)

func method(name string, answer answer) grpc.MethodDesc {
	return grpc.MethodDesc{MethodName: name, Handler: func(_ interface{}, ctx context.Context, decode func(interface{}) error, _ grpc.UnaryServerInterceptor) (interface{}, error) {
		var request []byte
		if err := decode(&request); err != nil {
			return nil, err
		}
		return answer(ctx)
	}}
}

func main() {
	socket := os.Args[1]
	flags := flag.NewFlagSet("driver", flag.ExitOnError)
	hang := flags.Bool("hang", false, "")
	wrap := flags.Bool("wrap", false, "")
	age := flags.Duration("age", 0, "")
	_ = flags.Parse(os.Args[2:])

	probe := func(ctx context.Context) ([]byte, error) {
		if !*hang {
			return []byte{}, nil
		}
		<-ctx.Done()
		if *wrap {
			return nil, status.Errorf(codes.Internal, "asking the backend: %v", ctx.Err())
		}
		return nil, ctx.Err()
	}
	identity := grpc.ServiceDesc{ServiceName: "csi.v1.Identity", HandlerType: (*interface{})(nil), Methods: []grpc.MethodDesc{
		method("GetPluginInfo", func(context.Context) ([]byte, error) { return append([]byte{0x0a, byte(len(name))}, name...), nil }),
		method("Probe", probe),
	}}

	_ = os.Remove(socket)
	listener, err := net.Listen("unix", socket)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	parameters := keepalive.ServerParameters{MaxConnectionAge: *age, MaxConnectionAgeGrace: 5 * time.Second}
	server := grpc.NewServer(grpc.CustomCodec(octets{}), grpc.KeepaliveParams(parameters))
	server.RegisterService(&identity, nil)
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGTERM)
	go func() {
		<-stop
		server.GracefulStop()
	}()
	fmt.Println("serving")
	if err := server.Serve(listener); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
