//! Orders of a test: what shall go wrong with which requests.

#[derive(Clone, Debug)]
struct Order<F> {
    on: &'static str,
    fault: F,
    left: Option<usize>,
}

/// The orders that stand; the oldest that fits a request is carried out.
#[derive(Clone, Debug)]
pub(crate) struct Orders<F>(Vec<Order<F>>);

impl<F> Default for Orders<F> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<F: Clone> Orders<F> {
    /// From now on, `left` times or for ever.
    pub(crate) fn order(&mut self, on: &'static str, fault: F, left: Option<usize>) {
        self.0.push(Order { on, fault, left });
    }

    /// All is well again.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// What shall go wrong with a request that goes by these names.
    pub(crate) fn take(&mut self, names: &[&str]) -> Option<F> {
        let fits = |order: &&mut Order<F>| order.left != Some(0) && names.contains(&order.on);
        let order = self.0.iter_mut().find(fits)?;
        if let Some(left) = &mut order.left {
            *left -= 1;
        }
        Some(order.fault.clone())
    }
}
