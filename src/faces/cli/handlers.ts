import type { Answer } from './commands/answers'
import type { Arguments } from './arguments'
import type { CommandName } from './commands'

type Handler = (args: Arguments) => Promise<Answer>

/** What runs a command; its modules are evaluated only when it is asked for, which keeps the start short. */
export const HANDLERS: Record<CommandName, () => Promise<Handler>> = {
  inspect: async () => (await import('./commands/answers')).inspect,
  verify: async () => (await import('./commands/verify')).verify,
  digest: async () => (await import('./commands/answers')).digest,
  upgrade: async () => (await import('./commands/upgrade')).upgrade,
  install: async () => (await import('./commands/install')).install,
  compare: async () => (await import('./commands/compare')).compare,
  lint: async () => (await import('./commands/lint')).lint,
  plan: async () => (await import('./commands/plan')).plan,
  manifest: async () => (await import('./commands/manifest')).manifest,
  ls: async () => (await import('./commands/ls')).ls,
  cat: async () => (await import('./commands/cat')).cat,
  uki: async () => (await import('./commands/uki')).uki,
  batch: async () => (await import('./commands/batch')).batch,
  login: async () => (await import('./commands/login')).login,
  logout: async () => (await import('./commands/login')).logout,
  serve: async () => {
    const { serve } = await import('./commands/serve')
    return async (args) => {
      await serve(args)
      return { text: '', exitCode: 0 }
    }
  },
}
