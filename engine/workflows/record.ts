import type { Enrolment, Limits, WorkflowSummary, WorkflowVersion } from "../schemas/workflow.ts";

/** Where a workflow comes from. Canvas: begun empty in the editor. */
export type Origin = "canvas" | "import" | "api" | "template" | "sample";

/** `["workflow", id]`. Times are epoch ms. */
export interface WorkflowRecord {
  v: 1;
  id: string;
  name: string;
  /** +1 per saved draft. */
  revision: number;
  /** Where the draft's content lies: SHA-256 of its JSON, bytes and chunks. */
  draftHash: string;
  draftSize: number;
  draftChunks: number;
  /** The live version, or null while never published. */
  version: number | null;
  liveHash: string | null;
  liveName: string | null;
  nodeCount: number;
  /** Paths of its webhooks, from the live version, else from the draft; the first 20. */
  webhooks: string[];
  createdAt: number;
  updatedAt: number;
  updatedBy: string;
  publishedAt: number | null;
  /** Absent: it is older than the question. */
  origin?: Origin;
  /** Set while deleted, or not yet whole: such a record is passed over. */
  deletedAt?: number;
  /** The commit that created or saved it: tells after an unknown throw whether that was made. */
  commit?: string;
}

/** `["version", workflowId, version]`: immutable. */
export interface VersionRecord {
  v: 1;
  workflowId: string;
  version: number;
  name: string;
  hash: string;
  chunks: number;
  publishedAt: number;
  publishedBy: string;
  note?: string;
}

/** `["version_name", workflowId, version]`: what people call it, and say of it, since it was published. */
export interface VersionNameRecord {
  v: 1;
  name: string;
  note: string;
  by: string;
  at: number;
}

/** `["published", workflowId]`: read and checked by everything that accepts. */
export interface PublishedRecord {
  v: 1;
  version: number;
  hash: string;
  at: number;
  /** Of the live version's settings: accepting and admitting go by them, and by nothing older. */
  enrolment?: Enrolment;
  limits?: Limits;
}

/** `["hook", path]`: a live webhook. */
export interface HookRecord {
  v: 1;
  workflowId: string;
  nodeId: string;
  method: string;
}

/** `["listener", signal, workflowId, nodeId]`: a live version that a signal starts. */
export interface ListenerRecord {
  v: 1;
  version: number;
}

/** A line of the list. */
export function toSummary(record: WorkflowRecord): WorkflowSummary {
  return {
    id: record.id,
    name: record.name,
    revision: record.revision,
    version: record.version,
    draftChanged: record.draftHash !== record.liveHash,
    nodeCount: record.nodeCount,
    webhooks: record.webhooks.map((path) => `/hooks/${path}`),
    createdAt: new Date(record.createdAt).toISOString(),
    updatedAt: new Date(record.updatedAt).toISOString(),
    publishedAt: record.publishedAt === null ? null : new Date(record.publishedAt).toISOString(),
  };
}

/** A line of the history. */
export function toVersion(record: VersionRecord, named: VersionNameRecord | undefined): WorkflowVersion {
  const note = named?.note ?? record.note;
  return {
    workflowId: record.workflowId,
    version: record.version,
    name: named?.name ?? "",
    workflowName: record.name,
    publishedAt: new Date(record.publishedAt).toISOString(),
    publishedBy: record.publishedBy,
    ...(note ? { note } : {}),
  };
}
