import type { ConfigInput } from './config.ts';

export type { ConfigInput } from './config.ts';

/** Types a configuration while it is written: `export default defineConfig({ project: 'shop', sources: { … } })`. */
export declare function defineConfig(config: ConfigInput): ConfigInput;
