package report

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"html/template"
)

// Images is a row of pictures, kept inside the page.
type Images struct {
	Title string
	Items []Image
	Note  string
}

// Image is a PNG picture. Alt says what it shows; empty means Name.
type Image struct {
	Name, Alt string
	PNG       []byte
}

// imageView is a picture as the template needs it; Fault stands in its place when it is no PNG.
type imageView struct {
	Name, Alt, Fault string
	Source           template.URL
	Width, Height    uint32
}

func (m Images) html() (template.HTML, error) {
	views := make([]imageView, len(m.Items))
	for i, item := range m.Items {
		views[i] = item.view()
	}
	return fill("images", map[string]any{"Title": m.Title, "Items": views, "Note": m.Note})
}

// view reads width and height from the PNG header (IHDR, bytes 16 to 24) and
// enlarges small pictures to about 112 pixels.
func (m Image) view() imageView {
	v := imageView{Name: m.Name, Alt: m.Alt}
	if v.Alt == "" {
		v.Alt = m.Name
	}
	if len(m.PNG) < 24 || !bytes.HasPrefix(m.PNG, []byte("\x89PNG\r\n\x1a\n")) {
		v.Fault = fmt.Sprintf("%d bytes, not a PNG picture", len(m.PNG))
		return v
	}
	v.Width, v.Height = binary.BigEndian.Uint32(m.PNG[16:]), binary.BigEndian.Uint32(m.PNG[20:])
	if zoom := 112 / max(v.Width, 1); zoom > 1 {
		v.Width, v.Height = v.Width*zoom, v.Height*zoom
	}
	v.Source = template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(m.PNG))
	return v
}
