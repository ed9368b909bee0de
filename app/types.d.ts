// What Python sends to the browser and back, and what the modules hand each other.

export interface Step {
  cells: number[]
  digits: number[]
  confidence: number[]
  margin: number[]
  entropy?: number[]
  why?: string[]
  remasked?: number[]
  guess?: Guess
}

/** Of a step by policy `guess`: `guesses` in vmd_sudoku/solving/playing.py. */
export interface Guess {
  cell: number
  sure: number
  unsure: number
  /** Whether the next guess has another z; null where this one was written. */
  again: boolean | null
  /** Of a guess that was turned down; percent. */
  digits?: string
  shares?: number[]
}

/** A run as the player takes it: `playable` in app/solve/report.py. */
export interface Trace {
  puzzle: string
  steps: Step[]
  /** Bytes in base64, [steps, 81, 9]: 255 for certainty. */
  probabilities: string
  /** Bytes in base64, [steps, 81]: the place of a cell in the queue of blanks, 0 for none. */
  queue: string
  latent: number[] | null
}

/** A board in the middle of a run. */
export interface Frame {
  digits: number[]
  order: number[]
  confidence: number[]
  now: number[]
  gone: number[]
  /** What a guess would have written that was turned down, the cell that it was least sure of, and how many it was unsure of. */
  ghosts?: (Ghost | null)[]
  least?: number
  unsure?: number
}

export interface Message {
  tone: string
  headline: string
  reason: string
  notes?: string[]
}

/** The outcome of a solve: `Report` in app/parts/verdict.py. */
export interface Report extends Message {
  id: string
  puzzle: string
  cells: number[]
  first_wrong: number | null
  guesses: number
  trace: Trace | null
  busy: boolean
}

/** A person's reason for one digit. */
export interface Why {
  technique: string
  text: string
  cells: number[]
}

/** The visitor's board as texts: clues, own digits in the order of entry, pencil marks. */
export interface Snapshot {
  puzzle: string
  own: string
  notes: string
}

/** An answer of the server: a field for whatever its kind of question has. */
export type Found = Record<string, any>

/** What the Solve page's component is sent: `board` in app/solve/component.py. */
export interface SolveData extends Snapshot {
  number: number
  query: string
  load_id: string
  at: number | null
  answered: number
  report: Report | null
  reply: { press: number; kind: string; data: Found } | null
  settings: string
  has_z: boolean
  wiki: string
  teaching?: Teaching
  edits: [number, number][]
  drawn: { draw: boolean; seed: number }
}

/** How one cell is drawn: see `Grid.draw`. */
export interface View {
  digit: number
  kind: string
  order?: number
  confidence?: number
  now?: boolean
  gone?: boolean
  clash?: boolean
  peer?: boolean
  same?: boolean
  target?: boolean
  basis?: boolean
  mark?: string
  says?: string
  label?: string
  notes?: number
  candidates?: number
  field?: { z: number[]; p: number[] }
  ghost?: Ghost | null
}

/** What one call would write into a blank: `clash`, whether that breaks a rule. */
export interface Ghost {
  digit: number
  sure: number
  clash: boolean
  /** Of a guess that was turned down: whether this cell was too unsure, and the least sure of all. */
  guess?: "sure" | "unsure" | "least"
}

/** A cell looked into. */
export interface Look {
  head: string
  p: number[]
  z: number[] | null
  notes: string[]
  written: number
}

/** One run of a comparison: `payload` in app/compare/contrast.py. */
export interface ComparedRun {
  name: string
  trace: Trace
  solved: boolean
  differs: number
  blank: number
  ms: number
  log_likelihood: number
  wrong: Jump | null
  wrong_text: string
  mistakes: [number, number][]
  [key: string]: any
}

export interface Jump {
  tick: number
  cell: number
}

export interface Comparison {
  runs: ComparedRun[]
  ticks: number
  solution: string | null
  partings: (Jump & { kind: string; text: string })[]
}

/** What the Compare page's component is sent: `compare_board` in app/compare/component.py. */
export interface CompareData {
  number: number
  query: string
  id: string
  puzzle: string
  view: string
  boards: { name: string; setting: string }[]
  result: Comparison | null
  at: number | null
  working: string
  teaching?: Teaching
}

/** Words of one model: `chips` in app/labs/component.py. */
export interface ChipColumn {
  name: string
  side: string
  note: string
  words: { text: string; kind: "real" | "held" | "new"; count: number }[]
}

export interface ChipsData {
  number: number
  columns: ChipColumn[]
}

/** Grids of one model: `grids` in app/labs/component.py. */
export interface GridColumn {
  name: string
  side: string
  note: string
  grids: { line: string; legal: boolean }[]
}

export interface GridsData {
  number: number
  teaching: Teaching
  columns: GridColumn[]
}

/** `Walk` in app/labs/grids.py. */
export interface WalkData {
  number: number
  teaching: Teaching
  grids: { line: string; legal: boolean }[]
  sure: number[][]
}

/** A model as a page without a server carries it: `packed` in vmd_sudoku/live/weights.py. */
export interface LiveModel {
  name: string
  sha256: string
  /** Where each tensor begins among all numbers, and its shape. */
  tensors: Record<string, { at: number; shape: number[] }>
  log_variance: [number, number]
  config: {
    network: { width: number; middle: number; hidden: number }
    latent: number
    encoder_rounds: number
    first_rounds: number
  }
}

/** The first message to the worker: all that it needs to answer the others. */
export interface LiveSetup {
  models: LiveModel[]
  numbers: ArrayBuffer
  kernel: ArrayBuffer | null
}

/** What the worker is asked: one solve. `nfe` null: one cell a call. `z`: the seed it is drawn with, null for z = 0. */
export interface LiveRequest {
  id: number
  model: string
  puzzle: string
  policy: string
  nfe: number | null
  z: number | null
}

/** One call of the network and what was filled after it; `order` is the queue of all blanks. */
export interface LiveStep extends Step {
  probabilities: Float32Array
  order: number[]
  /** That the call read; null for an MDM. */
  z?: Float32Array | null
}

/** A run as a page without a server plays it. */
export interface LiveRun {
  name: string
  steps: Step[]
  /** How it ended; null while it goes on. */
  end: { calls: number; rounds: number; ms: number } | null
  /** What a call, from 0, said of a cell, and the z that it read; null where that is not known. */
  said: (call: number, cell: number) => { p: number[]; z: number[] | null } | null
}

/** What each z writes: `ZMap` in app/labs/training.py. */
export interface ZMap {
  kind: "plane" | "codes" | "square"
  rows: number
  columns: number
  labels: number[]
  names: string[]
  legal: boolean[]
  shares: number[]
  edge: number
}

export interface PlaneData {
  number: number
  map: ZMap | null
  query: string | null
}

/** A board that was not solved: `group` in app/batch/run_view.py. */
export interface FailedBoard {
  number: number
  puzzle: string
  board: string
  wrong: number[]
}

export interface FailedGroup {
  arm: number
  title: string
  boards: FailedBoard[]
}

/** What app/batch/component.py sends. */
export interface BatchData {
  number: number
  query: string
  bad: number
  lines: [number, string, string][]
  groups: FailedGroup[]
}

/** What a teacher's link asks of a page: `Teaching` in app/parts/teaching.py. digits: the nine signs. */
export interface Teaching {
  projector: boolean
  digits: string
  hide: string[]
}

/** A lesson as data: see vmd_sudoku/lessons/lesson.py. */
export interface LessonQuestion {
  ask: string
  answers: string[]
  right: number
  because: string[]
}

export interface LessonShow {
  runs: string[]
  layout: string
  at: number | null
  still: boolean
  cells: number[]
  bars: boolean
}

export interface LessonPairs {
  run: string
  cells: [number, number]
  digits: [number, number][]
  shares: [number, number][]
}

export interface LessonRun {
  label: string
  setting: string
  trace: Trace
  facts: Record<string, number | string>
  query: Record<string, string>
  solution: string | null
}

export interface LessonCard {
  kind: string
  title: string
  text: string[]
  question: LessonQuestion | null
  before: LessonShow | null
  show: LessonShow | null
  game: { run: string; steps: number[] } | null
  pairs: LessonPairs | null
  table: { head: string[]; rows: string[][] } | null
  links: { page: string; label: string; query: Record<string, string> }[]
}

export interface Lesson {
  id: string
  title: string
  about: string
  minutes: number
  note: string
  cards: LessonCard[]
  runs: Record<string, LessonRun>
}

/** What the Learn page's component is sent: `learn` in app/learn/component.py. */
export interface LearnData {
  number: number
  query: string
  lessons: { id: string; title: string; about: string; minutes: number }[]
  lesson: Lesson | null
  open: { lesson: string; card: number; said: string }
  teaching: Teaching
}
