// Builds the page into dist/page. Vite warns about a way of loading its configuration that is not used here.
process.env.VITE_CONFIG_NATIVE_IGNORE_WARNING ??= 'true'
const { build } = await import('vite')
await build({ logLevel: process.argv.includes('--verbose') ? 'info' : 'warn' })
