// Package torchfile reads the named arrays of a PyTorch model: safetensors
// files, checkpoints of torch.save (zip, since PyTorch 1.6), and those of the
// form before it.
//
// A checkpoint is a pickle: a program for a small stack machine that may call
// any Python function. Here it is not run. The opcodes that build state
// dictionaries are interpreted, the few functions that rebuild tensors are
// known by name, and everything else is refused by name. Sizes are checked
// before memory is asked for. https://docs.python.org/3/library/pickletools.html
// lists the opcodes.
package torchfile
