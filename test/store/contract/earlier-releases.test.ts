import { storeContract } from './contract.ts';
import { EARLIER_RELEASES } from './harness.ts';

for (const harness of EARLIER_RELEASES) storeContract(harness);
