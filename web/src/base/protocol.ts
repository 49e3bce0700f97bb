// The words the screens and the node share. All of them come from the node's route table by way of
// the OpenAPI document; nothing here may be written by hand that could be said there.
import type { components, paths } from "../generated/api";

type Schemas = components["schemas"];

export type Session = Schemas["Session"];
export type Order = Schemas["Order"];
export type Line = Schemas["Line"];
export type MenuItem = Schemas["MenuItem"];
export type Peer = Schemas["Peer"];
export type Problem = Schemas["Problem"];
export type LineWanted = Schemas["LineWanted"];
export type OrderPlaced = Schemas["OrderPlaced"];
export type OrderList = Schemas["OrderList"];
export type Receipt = Schemas["Receipt"];
export type Printer = Schemas["Printer"];
/** A cash session, and what somebody counted in it. */
export type Drawer = Schemas["Drawer"];
export type DrawerCounted = Schemas["DrawerCounted"];
export type Voided = Schemas["Voided"];
export type Report = Schemas["Report"];
export type Menu = Schemas["Menu"];
export type MenuNew = Schemas["MenuNew"];
export type Group = Schemas["Group"];
export type Tax = Schemas["Tax"];
export type Payment = Schemas["Payment"];
export type DrawerList = Schemas["DrawerList"];
export type ReviewList = Schemas["ReviewList"];
export type Stall = Schemas["Stall"];
export type Station = Schemas["Station"];
export type Offer = Schemas["Offer"];
export type Staff = Schemas["Staff"];
export type StaffList = Schemas["StaffList"];
/** What a person may do. */
export type Person = Schemas["Person"];
export type Role = Person["role"];
export type Day = Schemas["Day"];
export type Trade = Schemas["Trade"];
export type TradeShare = Schemas["TradeShare"];
export type DeviceList = Schemas["DeviceList"];
export type Status = Schemas["Status"];
export type Mesh = Schemas["Mesh"];
export type Reconciliation = Schemas["Reconciliation"];
export type Difference = Schemas["Difference"];
export type Sums = Schemas["ReconciledSums"];
export type PrinterStatus = Schemas["PrinterStatus"];
export type OrderPage = Schemas["OrderPage"];
/** What a gateway offers to those who went away. */
export type PageMessages = Schemas["PageMessages"];
/** How somebody wants to hear of an order; and by what a gateway tells of it. */
export type Notify = Schemas["Notify"];
export type Notified = Schemas["Notified"];
export type CardPayment = Schemas["CardPayment"];
export type PageItem = Schemas["PageItem"];
export type Quote = Schemas["Quote"];
export type Purchase = Schemas["Purchase"];
/** What a customer keeps of an order. */
export type Bill = Schemas["Bill"];
/** What several phones put together, as the node has it. */
export type GroupCart = Schemas["Cart"];
export type CartOpened = Schemas["CartOpened"];
export type Qr = Schemas["Qr"];
export type Invitation = Schemas["Invitation"];
export type TableCode = Schemas["TableCode"];
export type TableList = Schemas["TableList"];

export type Hello = Schemas["FrameHello"];
export type Snapshot = Schemas["FrameSnapshot"];
export type Delta = Schemas["FrameDelta"];
export type Marks = Schemas["FrameMarks"];
export type Seen = Schemas["FrameSeen"];
/** What an office is told besides marks. */
export type Totals = Schemas["FrameTotals"];
/** What a node sends on /ws. */
export type Frame = Hello | Snapshot | Delta | Marks;

export type View = "counter" | "kitchen" | "pickup";
export type StuckTick = Schemas["Stuck"]["tick"];
export type Phase = Order["phase"];
export type Flag = Order["flags"][number];
export type Capability = Session["capabilities"][number];

export type Method = "post" | "patch";
export type PathWith<M extends string> = {
    [P in keyof paths]: paths[P] extends Record<M, object> ? P : never;
}[keyof paths];

type Operation<P extends keyof paths, M extends string> = M extends keyof paths[P]
    ? paths[P][M]
    : never;
/** The JSON a route takes. */
export type BodyOf<P extends keyof paths, M extends string> =
    Operation<P, M> extends { requestBody: { content: { "application/json": infer B } } }
        ? B
        : never;

type Json<R> = R extends { content: { "application/json": infer B } } ? B : never;
/** The JSON that it answers when it did as it was asked. */
export type AnswerOf<P extends keyof paths, M extends string> =
    Operation<P, M> extends { responses: infer R } ? Json<R[keyof R & (200 | 201 | 202)]> : never;

type Parts<U extends string> = U extends `${infer First}/${infer Rest}`
    ? [First, ...Parts<Rest>]
    : [U];
/** Whether a path is of a route: in place of what stands in braces there is anything. */
type Fits<U, P> = [U, P] extends [[infer A, ...infer Us], [infer B, ...infer Ps]]
    ? [B extends `{${string}}` ? A : B] extends [A]
        ? [A] extends [B extends `{${string}}` ? A : B]
            ? Fits<Us, Ps>
            : false
        : false
    : [U, P] extends [[], []]
      ? true
      : false;
/** The route that is meant by a path as it is asked for; never: there is none. */
export type RouteOf<U extends string, M extends string> =
    U extends PathWith<M>
        ? U
        : { [P in PathWith<M>]: Fits<Parts<U>, Parts<P>> extends true ? P : never }[PathWith<M>];
/** How a device that is in no pop-up yet comes into one. */
export type Joining = Schemas["Joining"];
export type JoiningWanted = Schemas["JoiningWanted"];
