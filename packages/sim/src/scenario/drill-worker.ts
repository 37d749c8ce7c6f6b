/** One process of a drill: answers every scenario with how it went. */
import { serve } from '../crew.ts';
import { play } from './play.ts';

serve({ work: play });
