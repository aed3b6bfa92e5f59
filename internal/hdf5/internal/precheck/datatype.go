package precheck

import "fmt"

// Class is the kind of an element type.
type Class int

// Classes of types, as numbered in files.
const (
	Integer Class = iota
	Float
	Time
	String
	Bitfield
	Opaque
	Compound
	Reference
	Enum
	Variable // length
	Array
)

var classNames = [...]string{
	"integer", "float", "time", "string", "bitfield", "opaque", "compound", "reference", "enum", "variable-length", "array",
}

// Name is the usual name of the class.
func (c Class) Name() string { return classNames[c] }

// Type is the type of an element.
type Type struct {
	Class   Class
	Size    int   // bytes of an element in the file
	Plain   bool  // integers and floats: full width, IEEE format, so that a Go type is the same
	Signed  bool  // integers
	Text    bool  // variable length: text, else a sequence
	UTF8    bool  // text
	Pad     int   // text: ended by NUL, filled up with NULs, with spaces
	Elem    *Type // variable length, array and enum
	Members []Enumerator
}

// Enumerator is a name of an enum with the bytes of its value.
type Enumerator struct {
	Name  string
	Value []byte
}

const (
	maxTypeDepth = 8
	maxMembers   = 4096
	vlenSize     = 16 // length 4, heap address 8, index 4
)

// readType reads a datatype message, whole, so that libhdf5 may decode it too.
func readType(c *block, depth int) (*Type, error) {
	head, bits := c.u8(), c.number(3)
	version, t := head>>4, &Type{Class: Class(head & 15), Size: int(c.u32())}
	switch {
	case c.short:
		return nil, fmt.Errorf("the type is cut off")
	case version < 1 || version > 3:
		return nil, fmt.Errorf("type version %d, known are 1 to 3", version)
	case depth > maxTypeDepth:
		return nil, fmt.Errorf("types nested deeper than %d", maxTypeDepth)
	case t.Size == 0 || t.Size > 1<<30:
		return nil, fmt.Errorf("type of %d bytes", t.Size)
	}
	var err error
	switch t.Class {
	case Integer, Bitfield:
		err = t.readInteger(c, bits)
	case Float:
		err = t.readFloat(c, bits)
	case Time:
		c.skip(2)
	case String:
		err = t.setText(int(bits&15), int(bits>>4))
	case Opaque:
		err = t.readTag(c, int(bits))
	case Compound:
		err = t.readCompound(c, version, int(bits&0xffff), depth)
	case Reference:
	case Enum:
		err = t.readEnum(c, version, int(bits&0xffff), depth)
	case Variable:
		err = t.readVariable(c, bits, depth)
	case Array:
		err = t.readArray(c, version, depth)
	default:
		err = fmt.Errorf("type class %d is unknown", t.Class)
	}
	if err == nil && c.short {
		err = fmt.Errorf("the %s type is cut off", t.Class.Name())
	}
	return t, err
}

func (t *Type) readInteger(c *block, bits uint64) error {
	offset, precision := c.u16(), c.u16()
	if precision == 0 || offset+precision > 8*t.Size {
		return fmt.Errorf("%s of %d bits at bit %d in %d bytes", t.Class.Name(), precision, offset, t.Size)
	}
	t.Signed = bits&8 != 0
	t.Plain = offset == 0 && precision == 8*t.Size && t.Size <= 8 && t.Size&(t.Size-1) == 0
	return nil
}

// readFloat reads the place of each field of a float.
func (t *Type) readFloat(c *block, bits uint64) error {
	sign := int(bits >> 8 & 255)
	offset, precision := c.u16(), c.u16()
	expAt, expBits, manAt, manBits, bias := c.u8(), c.u8(), c.u8(), c.u8(), int(c.u32())
	if precision == 0 || offset+precision > 8*t.Size || expBits == 0 || manBits == 0 ||
		sign >= precision || expAt+expBits > precision || manAt+manBits > precision {
		return fmt.Errorf("float whose fields do not fit its %d bits", precision)
	}
	if expAt < manAt+manBits && manAt < expAt+expBits || sign >= expAt && sign < expAt+expBits || sign >= manAt && sign < manAt+manBits {
		return fmt.Errorf("float whose fields overlap")
	}
	type form struct{ size, sign, expAt, expBits, manBits, bias int }
	got := form{t.Size, sign, expAt, expBits, manBits, bias}
	ieee := got == form{2, 15, 10, 5, 10, 15} || got == form{4, 31, 23, 8, 23, 127} || got == form{8, 63, 52, 11, 52, 1023}
	// normalization: the leading 1 of the mantissa is implied; bit 6 would be VAX order
	t.Plain = ieee && offset == 0 && precision == 8*t.Size && manAt == 0 && bits>>4&3 == 2 && bits&0x40 == 0
	if bits>>4&3 == 3 || bits&0x41 == 0x40 {
		return fmt.Errorf("float of unknown normalization or byte order")
	}
	return nil
}

func (t *Type) setText(pad, set int) error {
	if pad > 2 || set > 1 {
		return fmt.Errorf("string with padding %d in character set %d", pad, set)
	}
	t.Pad, t.UTF8 = pad, set == 1
	return nil
}

func (t *Type) readTag(c *block, n int) error {
	if n%8 != 0 || n > 248 {
		return fmt.Errorf("opaque type with a tag of %d bytes", n)
	}
	c.skip(n)
	return nil
}

func (t *Type) readEnum(c *block, version, n, depth int) (err error) {
	if t.Elem, err = readType(c, depth+1); err != nil {
		return err
	}
	if t.Elem.Class != Integer || t.Elem.Size != t.Size || n == 0 || n > maxMembers {
		return fmt.Errorf("enum of %d names over %s of %d bytes", n, t.Elem.Class.Name(), t.Elem.Size)
	}
	for range n {
		t.Members = append(t.Members, Enumerator{Name: readName(c, version)})
	}
	for i := range t.Members {
		t.Members[i].Value = c.take(t.Size)
	}
	return nil
}

// readName reads a member's name: up to version 2 padded to 8 bytes.
func readName(c *block, version int) string {
	from := c.pos
	name := c.text()
	if version < 3 {
		c.align(from)
	}
	return name
}

func (t *Type) readVariable(c *block, bits uint64, depth int) (err error) {
	if bits&15 > 1 || t.Size != vlenSize {
		return fmt.Errorf("variable-length type of kind %d with %d bytes, expected 0 or 1 with %d", bits&15, t.Size, vlenSize)
	}
	if t.Text = bits&15 == 1; t.Text {
		if err := t.setText(int(bits>>4&15), int(bits>>8)); err != nil {
			return err
		}
	}
	if t.Elem, err = readType(c, depth+1); err == nil && t.Text && t.Elem.Size != 1 {
		err = fmt.Errorf("variable-length text of %d bytes a character", t.Elem.Size)
	}
	return err
}

func (t *Type) readArray(c *block, version, depth int) (err error) {
	rank := c.u8()
	if version < 2 || rank < 1 || rank > 32 {
		return fmt.Errorf("array type of version %d with %d dimensions", version, rank)
	}
	if version == 2 {
		c.skip(3)
	}
	dims := make([]int, rank)
	for i := range dims {
		dims[i] = int(c.u32())
	}
	if version == 2 {
		c.skip(4 * rank)
	}
	if t.Elem, err = readType(c, depth+1); err != nil {
		return err
	}
	if n, ok := product(t.Elem.Size, dims); !ok || n != int64(t.Size) {
		return fmt.Errorf("array type of %v elements in %d bytes", dims, t.Size)
	}
	return nil
}

// readCompound checks the members of a compound; they are not kept, as no compound is read.
func (t *Type) readCompound(c *block, version, n, depth int) error {
	if n == 0 || n > maxMembers {
		return fmt.Errorf("compound of %d members", n)
	}
	var used []span
	for range n {
		readName(c, version)
		at := c.number(memberOffset(version, t.Size))
		total := 1
		if version == 1 {
			rank := c.u8()
			c.skip(11) // permutation and reserved
			for i := range 4 {
				if d := int(c.u32()); i < rank {
					total *= min(d, t.Size+1)
				}
				total = min(total, t.Size+1)
			}
			if rank > 4 || c.short {
				return fmt.Errorf("compound member with %d dimensions", rank)
			}
		}
		m, err := readType(c, depth+1)
		if err != nil {
			return err
		}
		if size := uint64(m.Size * total); at > uint64(t.Size) || size > uint64(t.Size)-at {
			return fmt.Errorf("compound member of %d bytes at byte %d of %d", size, at, t.Size)
		}
		for _, u := range used {
			if at < u.at+u.size && u.at < at+uint64(m.Size) {
				return fmt.Errorf("compound members overlap at byte %d", at)
			}
		}
		used = append(used, span{at, uint64(m.Size * total)})
	}
	return nil
}

// memberOffset is the width of a member's offset: from version 3 on as few bytes as hold the compound's size.
func memberOffset(version, size int) int {
	if version < 3 {
		return 4
	}
	n := 1
	for size >= 1<<(8*n) {
		n++
	}
	return n
}
