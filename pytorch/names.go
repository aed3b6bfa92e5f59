package pytorch

import "strings"

// names turns layer names into Python identifiers, each used once.
type names struct{ used map[string]bool }

// reserved are words of Python, of the written program, and attributes of
// torch.nn.Module that a layer would hide.
const reserved = `False None True and as assert async await break class continue def del elif else except finally for from
global if import in is lambda nonlocal not or pass raise return try while with yield
self x x_t torch nn np snn neuron functional surrogate steps batch outputs recorded argparse pathlib load_file Network main
T_destination add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches eval extra_repr
float forward get_buffer get_extra_state get_parameter get_submodule half ipu load_state_dict modules mtia named_buffers
named_children named_modules named_parameters parameters register_buffer register_module register_parameter requires_grad_
set_extra_state set_submodule share_memory state_dict to to_empty train training type xpu zero_grad`

func newNames() *names {
	n := &names{used: map[string]bool{}}
	for _, word := range strings.Fields(reserved) {
		n.used[word] = true
	}
	return n
}

// of is the identifier of a layer: its name, with _ for what Python does not allow.
func (n *names) of(layer string) string {
	id := strings.Map(func(r rune) rune {
		if r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, layer)
	if id == "" || id[0] >= '0' && id[0] <= '9' || id[0] == '_' {
		id = "layer" + id
	}
	for n.used[id] {
		id += "_"
	}
	n.used[id] = true
	return id
}
