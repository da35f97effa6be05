import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { builtInSamples, registryProxy } from './src/hosts/proxy/vite-plugin'

export default defineConfig({
  base: './',
  plugins: [react(), registryProxy(), builtInSamples()],
  worker: { format: 'es' },
  build: { outDir: 'dist/page', emptyOutDir: true, assetsInlineLimit: 0, target: 'es2022' },
})
