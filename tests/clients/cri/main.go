// SPDX-License-Identifier: Apache-2.0

// Cri calls a server of Kubernetes' Container Runtime Interface: any method, with what it is asked and
// what it answers as JSON, and the streams of exec, attach and port-forward.
//
//	cri call SOCKET METHOD <REQUEST >RESPONSE
//	cri stream [-tty ROWSxCOLS] URL    standard input, output and error are the process's; so is the exit code
//	cri forward URL PORT               standard input and output are the connection's
package main

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/websocket"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	_ "k8s.io/cri-api/pkg/apis/runtime/v1"
)

const (
	limit = 60 * time.Second
	// What kubectl speaks: the first byte of a message is its channel.
	protocol = "v4.channel.k8s.io"

	chStdin  = 0
	chStdout = 1
	chStderr = 2
	chStatus = 3
	chResize = 4
)

func fatal(err error) {
	if s, ok := status.FromError(err); ok {
		fmt.Fprintf(os.Stderr, "%s: %s\n", s.Code(), s.Message())
	} else {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(1)
}

// findMethod looks in both services: their methods have different names.
func findMethod(name string) (protoreflect.MethodDescriptor, error) {
	for _, service := range []protoreflect.FullName{"runtime.v1.RuntimeService", "runtime.v1.ImageService"} {
		d, err := protoregistry.GlobalFiles.FindDescriptorByName(service)
		if err != nil {
			return nil, err
		}
		if m := d.(protoreflect.ServiceDescriptor).Methods().ByName(protoreflect.Name(name)); m != nil {
			return m, nil
		}
	}
	return nil, fmt.Errorf("no method %s", name)
}

func newMessage(d protoreflect.MessageDescriptor) (protoreflect.ProtoMessage, error) {
	t, err := protoregistry.GlobalTypes.FindMessageByName(d.FullName())
	if err != nil {
		return nil, err
	}
	return t.New().Interface(), nil
}

func call(socket, name string) error {
	method, err := findMethod(name)
	if err != nil {
		return err
	}
	request, err := newMessage(method.Input())
	if err != nil {
		return err
	}
	response, err := newMessage(method.Output())
	if err != nil {
		return err
	}
	text, err := io.ReadAll(os.Stdin)
	if err != nil {
		return err
	}
	if err := protojson.Unmarshal(text, request); err != nil {
		return err
	}
	conn, err := grpc.NewClient("unix://"+socket, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	path := fmt.Sprintf("/%s/%s", method.Parent().FullName(), name)
	if err := conn.Invoke(ctx, path, request, response); err != nil {
		return err
	}
	text, err = protojson.MarshalOptions{EmitUnpopulated: true}.Marshal(response)
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(append(text, '\n'))
	return err
}

func dial(address string) (*websocket.Conn, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	u.Scheme = "ws"
	config, err := websocket.NewConfig(u.String(), "http://localhost")
	if err != nil {
		return nil, err
	}
	config.Protocol = []string{protocol}
	ws, err := config.DialContext(context.Background())
	if err != nil {
		return nil, err
	}
	return ws, ws.SetDeadline(time.Now().Add(limit))
}

func send(ws *websocket.Conn, channel byte, data []byte) error {
	return websocket.Message.Send(ws, append([]byte{channel}, data...))
}

func copyIn(ws *websocket.Conn, channel byte) {
	buf := make([]byte, 4096)
	for {
		n, err := os.Stdin.Read(buf)
		if n > 0 && send(ws, channel, buf[:n]) != nil || err != nil {
			return
		}
	}
}

// exitCode reads the last message of a remote command: metav1.Status, as JSON.
func exitCode(text []byte) int {
	var s struct {
		Status, Message string
		Details         struct {
			Causes []struct{ Reason, Message string }
		}
	}
	if err := json.Unmarshal(text, &s); err != nil {
		fatal(fmt.Errorf("status %q: %w", text, err))
	}
	if s.Status == "Success" {
		return 0
	}
	for _, cause := range s.Details.Causes {
		if n, err := strconv.Atoi(cause.Message); cause.Reason == "ExitCode" && err == nil {
			return n
		}
	}
	fmt.Fprintln(os.Stderr, s.Message)
	return 255
}

func stream(size, address string) error {
	ws, err := dial(address)
	if err != nil {
		return err
	}
	if size != "" {
		rows, cols, _ := strings.Cut(size, "x")
		err := send(ws, chResize, fmt.Appendf(nil, `{"Width":%s,"Height":%s}`, cols, rows))
		if err != nil {
			return err
		}
	}
	go copyIn(ws, chStdin)
	code := 0
	for {
		var message []byte
		err := websocket.Message.Receive(ws, &message)
		if errors.Is(err, io.EOF) {
			os.Exit(code)
		}
		if err != nil {
			return err
		}
		if len(message) < 2 {
			continue
		}
		switch data := message[1:]; message[0] {
		case chStdout:
			_, err = os.Stdout.Write(data)
		case chStderr:
			_, err = os.Stderr.Write(data)
		case chStatus:
			code = exitCode(data)
		}
		if err != nil {
			return err
		}
	}
}

// forward: channel 0 is the connection, channel 1 its errors; each begins with the number of the port.
func forward(address, port string) error {
	ws, err := dial(address + "?port=" + port)
	if err != nil {
		return err
	}
	go copyIn(ws, 0)
	var begun [2]bool
	for {
		var message []byte
		err := websocket.Message.Receive(ws, &message)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if len(message) < 2 || message[0] > 1 {
			continue
		}
		channel, data := message[0], message[1:]
		if !begun[channel] {
			begun[channel] = true
			if len(data) != 2 || strconv.Itoa(int(binary.LittleEndian.Uint16(data))) != port {
				return fmt.Errorf("channel %d begins with %x", channel, data)
			}
			continue
		}
		if channel == 1 {
			return errors.New(string(data))
		}
		if _, err := os.Stdout.Write(data); err != nil {
			return err
		}
	}
}

func main() {
	err := errors.New("usage: cri call SOCKET METHOD | stream [-tty ROWSxCOLS] URL | forward URL PORT")
	switch args := os.Args[1:]; {
	case len(args) == 3 && args[0] == "call":
		err = call(args[1], args[2])
	case len(args) == 2 && args[0] == "stream":
		err = stream("", args[1])
	case len(args) == 4 && args[0] == "stream" && args[1] == "-tty":
		err = stream(args[2], args[3])
	case len(args) == 3 && args[0] == "forward":
		err = forward(args[1], args[2])
	}
	if err != nil {
		fatal(err)
	}
}
