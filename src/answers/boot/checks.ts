import type { Check } from '../../contract/checks'
import type { ImageFacts } from '../../contract/facts'
import { judgeOf, type Judge, type Repository } from '../seal/releases'
import { bootCheck } from './boot-check'
import { importCheck } from './import-check'
import { installCheck } from './install-check'
import { sealCheck } from './seal-check'
import { secureBootCheck } from './secure-boot-check'

export interface CheckOptions {
  /** Null: the newest release of the table. */
  judge?: Judge | null
  /** Any form of the table will do for the seal. */
  any?: boolean
  repository?: Repository
}

/** The five questions that every image is asked, always all, in their order; from facts alone. */
export function checksOf(facts: ImageFacts, options: CheckOptions = {}): Check[] {
  const { judge = null, any = false, repository = 'new' } = options
  const question = { facts, judge: judge ?? judgeOf(null), any, repository }
  return [
    importCheck(question),
    sealCheck(question),
    installCheck(question),
    bootCheck(facts),
    secureBootCheck(question),
  ]
}
