// Package precheck walks the structure of an HDF5 file in Go before the C
// library sees it. libhdf5 trusts many lengths, counts and addresses that it
// reads, and some damaged files end the process inside it; so every structure
// that it will decode is decoded here first, with bounds, and what is out of
// bounds, used twice or unknown is refused.
//
// In: the bytes of a file. Out: the tree of its groups and data sets with
// types and shapes, each with the reason why it may not be read, if any.
//
// Known: superblocks 0 to 3; object headers 1 and 2; groups as symbol tables
// as links in the header, or as links in fractal heaps with version 2 B-trees,
// and attributes likewise; compact, contiguous and chunked (B-tree 1) data;
// deflate, shuffle and Fletcher-32 filters; global heaps. That is what
// libraries write unless they are told to use the newest format. Refused by
// name: chunk indexes of the newest format, external files and links, virtual
// data sets, committed types, other filters, superblock extensions.
//
// Source: "HDF5 File Format Specification Version 3.0", The HDF Group.
package precheck
