/**
 * Why no manifest came out. `refused`: upstream's own error, verbatim. `panic-equivalent`: upstream
 * crashes, the text is ours and says so. `limit`: upstream would work on, for minutes or with
 * gigabytes; ours. `hint` says what to do.
 */
export type FailureKind = 'refused' | 'panic-equivalent' | 'limit'

export interface Failure {
  text: string
  kind: FailureKind
  hint: string | null
}

/** Thrown inside this room only; `generateManifest` turns it into a `Failure`. */
export class ManifestFailure extends Error {
  constructor(
    readonly kind: FailureKind,
    text: string,
    readonly hint: string | null = null,
  ) {
    super(text)
    this.name = 'ManifestFailure'
  }

  toFailure(): Failure {
    return { text: this.message, kind: this.kind, hint: this.hint }
  }
}

/** An error of upstream with its exact text. */
export function refuse(text: string, hint: string | null = null): ManifestFailure {
  return new ManifestFailure('refused', text, hint)
}

/** Upstream's program ends with a panic here: `what` names the key and the cause, upstream's text is kept. */
export function crash(what: string, panic: string, hint: string | null = null): ManifestFailure {
  return new ManifestFailure(
    'panic-equivalent',
    `${what}; image-builder would crash here (${panic})`,
    hint,
  )
}

/** Runs `work`; a refusal in it gets `prefix` in front, as Go's `fmt.Errorf("prefix: %w")`. */
export function within<T>(prefix: string, work: () => T): T {
  try {
    return work()
  } catch (thrown) {
    if (thrown instanceof ManifestFailure && thrown.kind === 'refused') {
      throw refuse(prefix + thrown.message, thrown.hint)
    }
    throw thrown
  }
}
