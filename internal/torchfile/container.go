package torchfile

import "fmt"

// container: tuples, lists, dictionaries and what fills them.
func (m *machine) container(op byte) (bool, error) {
	switch op {
	case opMark:
		m.push(mark{})
	case opEmptyTuple:
		m.push(tuple{})
	case opEmptyList:
		m.push(&list{})
	case opEmptyDict:
		m.push(newDict())
	case opEmptySet:
		m.push(opaque{})
	case opTuple1, opTuple2, opTuple3:
		items, err := m.popN(int(op-opTuple1) + 1)
		m.push(items)
		return true, err
	case opTuple:
		items, err := m.popMark()
		m.push(items)
		return true, err
	case opAppend:
		items, err := m.popN(1)
		if err != nil {
			return true, err
		}
		return true, m.extend(items)
	case opAppends, opAddItems:
		items, err := m.popMark()
		if err != nil {
			return true, err
		}
		return true, m.extend(items)
	case opSetItem:
		items, err := m.popN(2)
		if err != nil {
			return true, err
		}
		return true, m.setItems(items)
	case opSetItems:
		items, err := m.popMark()
		if err != nil {
			return true, err
		}
		return true, m.setItems(items)
	default:
		return false, nil
	}
	return true, nil
}

func (m *machine) top() (any, error) {
	v, err := m.pop()
	if err == nil {
		m.push(v)
	}
	return v, err
}

// extend adds items to the list on top.
func (m *machine) extend(items tuple) error {
	v, err := m.top()
	if err != nil {
		return err
	}
	switch v := v.(type) {
	case *list:
		v.items = append(v.items, items...)
	case opaque:
	default:
		return fmt.Errorf("items are added to what is no list")
	}
	return nil
}

// setItems stores keys and values in the dictionary on top.
func (m *machine) setItems(items tuple) error {
	v, err := m.top()
	if err != nil {
		return err
	}
	d, ok := v.(*dict)
	if !ok || len(items)%2 != 0 {
		return fmt.Errorf("%d keys and values for what is no dictionary, or not in pairs", len(items))
	}
	for i := 0; i < len(items); i += 2 {
		d.set(items[i], items[i+1])
	}
	return nil
}

// memory: the memo, and the stack itself.
func (m *machine) memory(op byte) (bool, error) {
	switch op {
	case opPop:
		if len(m.stack) == 0 {
			return true, fmt.Errorf("the stack is empty")
		}
		m.stack = m.stack[:len(m.stack)-1]
	case opPopMark:
		_, err := m.popMark()
		return true, err
	case opDup:
		v, err := m.top()
		m.push(v)
		return true, err
	case opBinPut, opLongBinPut, opMemoize:
		return true, m.put(op)
	case opBinGet, opLongBinGet:
		key, err := m.number(keySize(op))
		if err != nil {
			return true, err
		}
		v, ok := m.memo[uint32(key)]
		if !ok {
			return true, fmt.Errorf("memo %d was never written", key)
		}
		m.push(v)
	default:
		return false, nil
	}
	return true, nil
}

// put stores the object on top in the memo.
func (m *machine) put(op byte) error {
	v, err := m.top()
	if err != nil {
		return err
	}
	key := uint64(len(m.memo))
	if op != opMemoize {
		if key, err = m.number(keySize(op)); err != nil {
			return err
		}
	}
	m.memo[uint32(key)] = v
	return nil
}

// keySize is the size of the number behind a memo opcode.
func keySize(op byte) int {
	if op == opLongBinGet || op == opLongBinPut {
		return 4
	}
	return 1
}
