package main

import (
	"fmt"
	"slices"
	"strings"
)

// differentKeys lists the config keys in which trainings differ from one
// another, or conversions to rates do, or to spike times, but for the seed.
// Models of other layers are one key, for their keys do not compare.
func differentKeys(runs []*pastRun) []differentKey {
	configs := make([]map[string]string, len(runs))
	var trainings, rates, times []int
	for i, r := range runs {
		switch configs[i] = r.config; {
		case r.rate != nil:
			rates = append(rates, i)
		case r.times != nil:
			times = append(times, i)
		default:
			trainings = append(trainings, i)
		}
	}
	configs = foldModels(configs, trainings)
	var keys []string
	for _, c := range configs {
		keys = append(keys, unionKeys(c, nil)...)
	}
	slices.Sort(keys)
	out := []differentKey{}
	for _, key := range slices.Compact(keys) {
		if key == "seed" || !keyDiffers(configs, trainings, key) && !keyDiffers(configs, rates, key) && !keyDiffers(configs, times, key) {
			continue
		}
		d := differentKey{Key: key}
		for _, c := range configs {
			var value *string
			if v, ok := c[key]; ok {
				value = &v
			}
			d.Values = append(d.Values, value)
		}
		out = append(out, d)
	}
	return out
}

// keyDiffers says that a key has not the same value in all of some configs.
func keyDiffers(configs []map[string]string, of []int, key string) bool {
	return slices.ContainsFunc(of, func(i int) bool { return orNone(configs[i], key) != orNone(configs[of[0]], key) })
}

// foldModels puts the layers of each training in one key, if they are not the same in all.
func foldModels(configs []map[string]string, of []int) []map[string]string {
	folded := slices.Clone(configs)
	for _, i := range of {
		folded[i] = map[string]string{"model": layersIn(configs[i])}
		for key, v := range configs[i] {
			if !strings.HasPrefix(key, "model.") {
				folded[i][key] = v
			}
		}
	}
	if !keyDiffers(folded, of, "model") {
		return configs
	}
	return folded
}

// layersIn lists the layers of a config by kind and number of outputs: "linear 128, lif, linear 10, li".
func layersIn(config map[string]string) string {
	var list []string
	for i := 0; ; i++ {
		kind, ok := config[fmt.Sprintf("model.%d.kind", i)]
		if !ok {
			return strings.Join(list, ", ")
		}
		list = append(list, strings.TrimSpace(kind+" "+config[fmt.Sprintf("model.%d.out", i)]))
	}
}
