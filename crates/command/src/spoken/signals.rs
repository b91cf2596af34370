//! Words by what they do to what stands beside them: each spelling stands here once, for whoever listens.

/// They say no.
pub(super) const NO: &str = "ga gak gk gx g nggak ngga ngak enggak engga tidak tdk tak ndak nda dak kagak kaga ora teu mboten indak indk tida henteu hente";
/// They forbid.
pub(super) const DO_NOT: &str = "jangan jgn jangn jng jngn jagan jngan ojo ulah entong tong montong ijan dont don't";
/// They call off what was asked for.
pub(super) const CALL_OFF: &str = "batal btl batalin batalkan batalno cancel cancle cancelin stop";
/// They say that it is given up.
pub(super) const GIVEN_UP: &str =
    "gajadi gausah gosah gsh gajadi2 gjd gajd gjadi undo urungkan nevermind nvm rasido wurung";
/// Behind a no they give up as well: `ga jadi`.
pub(super) const COMES_TRUE: &str = "jadi usah jdi jd janten sido sios sida kudu najaji";
/// They call a mistake one.
pub(super) const MISTAKEN: &str = "salah slh keliru kliru wrong klentu lepat";
/// They say that something has not come.
pub(super) const NOT_YET: &str = "belum blm blom blum lom lum belom blon belon bloman durung dereng ncan tacan acan";
/// They say that it has.
pub(super) const ALREADY: &str = "sudah sdh udah udh dah uda";
/// They put off.
pub(super) const LATER: &str = "nanti nnti ntar nnt tar entar besok besuk bsk lusa tomorrow later engke";
/// They ask for a moment.
pub(super) const WAIT: &str = "tunggu tnggu bentar bntar sebentar sbntr sbentar enteni hold wait sekedap antosan kela";
/// They make a condition.
pub(super) const IF: &str = "kalau kalo klo klau jika if";
/// They tell of what was.
pub(super) const YESTERDAY: &str = "kemarin kmrn kmaren kemaren kmarin yesterday";
/// They say that what was said is regretted.
pub(super) const OOPS: &str = "eh ups oops";
/// Behind a no they leave it for later: `jangan dulu`, `ulah heula`, `ojo sik`.
pub(super) const FIRST: &str = "dulu dlu heula sik sek riyin rumiyin";
