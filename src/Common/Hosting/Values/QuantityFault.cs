namespace Sidecars.Hosting;

/// <summary>What is wrong with the text of a quantity, told apart as the API server tells it.</summary>
public enum QuantityFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It is no number followed by a suffix.</summary>
    Form,

    /// <summary>There is no digit where there has to be one.</summary>
    Number,

    /// <summary>The suffix is of no family.</summary>
    Suffix,
}
