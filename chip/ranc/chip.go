package ranc

// Chip is a network of cores and the packets that enter it: the input file of
// ranc_sim.
type Chip struct {
	Packets   [][]Packet `json:"packets"` // those that enter in each tick
	OutputBus OutputBus  `json:"output_bus"`
	Cores     []Core     `json:"cores"`
}

// Packet is a spike on its way to an axon: sent in tick t it acts in t + 1 + Tick.
type Packet struct {
	Core [2]int `json:"destination_core"`
	Axon int    `json:"destination_axon"`
	Tick int    `json:"destination_tick"`
}

// OutputBus is the place in the grid where spikes leave.
type OutputBus struct {
	Coordinates [2]int `json:"coordinates"`
	NumOutputs  int    `json:"num_outputs"`
}

// Core is one core.
type Core struct {
	Coordinates [2]int   `json:"coordinates"`
	Axons       []int    `json:"axons"`       // type of each axon
	Neurons     []Neuron `json:"neurons"`     //
	Connections [][]int  `json:"connections"` // [neuron][axon], 0 or 1
}

// Neuron is one neuron and where its spikes go.
type Neuron struct {
	ResetPotential    int32   `json:"reset_potential"`
	Weights           []int32 `json:"weights"` // of each axon type
	Leak              int32   `json:"leak"`    // added every tick
	PositiveThreshold int32   `json:"positive_threshold"`
	NegativeThreshold int32   `json:"negative_threshold"`
	Offset            [2]int  `json:"destination_core_offset"`
	Axon              int     `json:"destination_axon"`
	Tick              int     `json:"destination_tick"`
	Potential         int32   `json:"current_potential"`
	ResetMode         int32   `json:"reset_mode"` // 0 to a value, 1 subtract, 2 none
}

// Config is the configuration file of ranc_sim.
type Config struct {
	NumNeurons      int `json:"num_neurons"` // of a core
	NumAxons        int `json:"num_axons"`
	NumCoresX       int `json:"num_cores_x"`
	NumCoresY       int `json:"num_cores_y"`
	NumWeights      int `json:"num_weights"` // of a neuron: axon types
	MaxTickOffset   int `json:"max_tick_offset"`
	NeuronTrace     int `json:"neuron_block_trace_verbosity"`
	ControllerTrace int `json:"core_controller_trace_verbosity"`
	SchedulerTrace  int `json:"scheduler_trace_verbosity"`
	NeuronResetType int `json:"neuron_reset_type"` // 0: V < negative threshold, 1: V ≤
}

// Names of the populations of a network for RANC.
const (
	axons   = "axons"   // all axons, core by core
	neurons = "neurons" // all neurons, core by core
	bus     = "bus"     // the output bus
)
