package model

// EncodeWith encodes the network with another text in place of its architecture.
func (n *Network) EncodeWith(change func(text string) string) ([]byte, error) {
	f, err := n.file()
	if err != nil {
		return nil, err
	}
	f.Meta[MetaKey] = change(f.Meta[MetaKey])
	return f.Encode()
}
