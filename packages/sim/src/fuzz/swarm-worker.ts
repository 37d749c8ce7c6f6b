/** One process of a swarm: answers every batch of seeds with what its worlds came to. */
import { serve } from '../crew.ts';
import { runBatch } from './batch.ts';

serve({ work: runBatch });
