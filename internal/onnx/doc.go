// Package onnx reads ONNX files, opset 7 to 22, into plain data: nodes in
// order, and constants whose sizes are checked before anything is allocated
// for them. It knows no operator; package convert/onnx does.
package onnx
