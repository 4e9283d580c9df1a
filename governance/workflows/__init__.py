"""Cases: procedures of the packs run step by step, with evidence, gates and deadlines."""
