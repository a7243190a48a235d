import parsed from 'virtual:templates';
import { bindTemplates } from '../core/render/templates.ts';

export const templates = bindTemplates(parsed);
