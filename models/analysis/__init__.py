"""Mathematics of analysis: pure, seeded, without a clock or a store. Lengths in metres, times in ms UTC."""
