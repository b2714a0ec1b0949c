/** The system text every model is given first: the same bytes in every request, so that the cache holds. */
import instructions from './prompts/instructions.md';

export const baseInstructions = instructions.trim();
