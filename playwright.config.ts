import { defineConfig } from '@playwright/test'
import { findChromium } from './scripts/test-programs.mjs'

const executablePath = findChromium()

export default defineConfig({
  testDir: 'e2e',
  timeout: 60_000,
  workers: 1,
  reporter: [['line'], ['json', { outputFile: 'test-results/browser.json' }]],
  outputDir: 'test-results/artifacts',
  use: {
    baseURL: 'http://127.0.0.1:8197/',
    launchOptions: {
      ...(executablePath === null ? {} : { executablePath }),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  webServer: {
    command: 'node dist/cli/sealscope.js serve --port 8197',
    url: 'http://127.0.0.1:8197/',
    reuseExistingServer: false,
  },
})
