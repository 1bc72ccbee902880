// Goal: whatever happens in whatever order, no money is lost, none is doubled, and everything comes to its end (I1 to I31).
// Method: the second hundred seeds of the model; see docs/decisions/0015-a-seeded-model.md.

import { shareOfSeeds } from './seeds.fixture.ts';

shareOfSeeds(101, 100);
