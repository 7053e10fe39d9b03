/** Types a configuration while it is written: `export default defineConfig({ project: 'shop', sources: { … } })`. */
export function defineConfig(config) {
  return config;
}
