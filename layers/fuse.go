package layers

import "github.com/snntrain/snntrain/model"

// poolOf returns, for each convolution whose output only a max-pool reads,
// that pool. The two become one op, which never stores the output of
// the convolution; such a convolution has no Output.
func poolOf(n *model.Network) map[string]model.Node {
	readers := map[string][]model.Node{}
	for _, node := range n.Nodes {
		for _, in := range node.Inputs {
			readers[in] = append(readers[in], node)
		}
	}
	pools := map[string]model.Node{}
	for _, node := range n.Nodes {
		if _, ok := node.Op.(*model.Conv2d); !ok || len(readers[node.Name]) != 1 {
			continue
		}
		reader := readers[node.Name][0]
		if p, ok := reader.Op.(*model.Pool2d); ok && p.Mode == model.PoolMax {
			pools[node.Name] = reader
		}
	}
	return pools
}
