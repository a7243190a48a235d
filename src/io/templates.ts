import specifications from 'virtual:templates';
import { bindTemplates } from '../core/templates.ts';

export const templates = bindTemplates(specifications);
