// SPDX-License-Identifier: Apache-2.0
module strake/tests/clients/cri

go 1.25.0

require (
	golang.org/x/net v0.56.0
	google.golang.org/grpc v1.72.2
	google.golang.org/protobuf v1.36.12-0.20260120151049-f2248ac996af
	k8s.io/cri-api v0.35.10
)

require (
	golang.org/x/sys v0.46.0 // indirect
	golang.org/x/text v0.39.0 // indirect
	google.golang.org/genproto/googleapis/rpc v0.0.0-20250528174236-200df99c418a // indirect
)
