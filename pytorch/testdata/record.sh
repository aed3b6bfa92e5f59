#!/bin/sh
# Writes everything beside this file anew: trains the networks, exports them,
# and runs them in snnTorch 1.0.0 and SpikingJelly 2.0.0 (torch 2.15.0,
# safetensors 0.8.0). From the project's root, with MNIST in data/mnist:
#
#   SNNTRAIN_DATA=data pytorch/testdata/record.sh PYTHON
set -e
python=${1:?the Python that has the frameworks}
runs=$(mktemp -d)
for dir in pytorch/testdata/*/; do
    name=$(basename "$dir")
    go run ./cmd/snntrain train "$dir/config.yaml" --out "$runs/$name" --quiet
    cp "$runs/$name/model.safetensors" "$dir"
done
go test ./pytorch -run TestGoldenFrameworks -update >/dev/null || true # fails until the next line has run
"$python" pytorch/testdata/record.py
rm -r "$runs"
go test ./pytorch -run TestGoldenFrameworks
