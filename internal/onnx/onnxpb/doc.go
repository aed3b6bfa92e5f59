// Package onnxpb holds the message types of ONNX files, generated from
// onnx.proto with protoc 35.1 and protoc-gen-go v1.36.12. Only package
// internal/onnx uses it.
package onnxpb

//go:generate protoc --go_out=. --go_opt=paths=source_relative onnx.proto
