import { storeContract } from './contract.ts';
import { pairwise } from './harness.ts';

for (const variant of pairwise('mongoose')) storeContract(variant);
