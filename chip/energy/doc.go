// Package energy says what an inference costs on a chip: energy and time from
// counted events and published constants, each with its source, beside the
// same network as a quantized one without spikes.
//
// An image and what an emulator counted enter; a report leaves. What has no
// published constant is named, never guessed.
package energy
