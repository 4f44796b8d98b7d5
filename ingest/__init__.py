"""From the wire to the store: sources, decoding, the pipeline and its lanes. Imports models and store, no screen."""
