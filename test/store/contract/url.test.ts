import { storeContract } from './contract.ts';
import { ENCRYPTED_POLICIES, everyFeature } from './harness.ts';

for (const harness of [...everyFeature('url'), ...ENCRYPTED_POLICIES]) storeContract(harness);
