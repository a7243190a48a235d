import { generatedSessions } from '../subject.ts';
import { serve } from './counter.ts';

const sessions = await generatedSessions();

await serve((app) => sessions(app));
